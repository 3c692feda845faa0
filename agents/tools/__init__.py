"""What flows may look up and do. A flow declares the tools it uses and is given no other.

A tool is an ``async`` function whose first argument is the ``Desk``, decorated with ``read`` or ``write``; nothing else
is written by hand: ``Permitted`` lets a flow call it and notes the whole answer. ``orders``, ``catalogue`` and
``terms`` read; ``ordering`` and ``requests`` also write.
"""
