"""Those who send the same segment: three loops people write by hand, and ours.

Each has `send(frame, url, folder)`, which returns the frame with a `messageId` for every row. The
hand-written loops check nothing, record nothing and trust every reply.
"""
