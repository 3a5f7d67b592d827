"""What people see in a notebook: a run, a plan and a result table, live and as they are kept.

Everything is shown twice: as widgets, which live as long as the kernel, and as a static output,
which is what a reopened notebook, an export or a page on the web shows. While the widgets are
there, they hide the static output.
"""
