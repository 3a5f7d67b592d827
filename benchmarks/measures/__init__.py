"""The measurements, one module a group; each has `measure(setting)`, which gives its figures."""
