"""Python's garbage collector in processes that live long."""

import gc

THRESHOLD = 20_000  # objects more than before


def spare_what_is_loaded() -> None:
    """Once all is imported: modules are no garbage, and looking through them again and again stops every thread.

    A worker's whole heap takes a fifth of a second. What one request or batch makes is gone when it is done; it is
    not looked through midway either.
    """
    gc.freeze()
    gc.set_threshold(THRESHOLD)
