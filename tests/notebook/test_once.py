"""Something that may happen once."""

import threading

from cascade_frames.notebook.once import Once


def test_only_the_first_of_many_gets_through():
    """However many threads ask at once, one is let in."""
    once, start, let_in = Once(), threading.Barrier(20), []

    def ask():
        start.wait(20)
        if once.take():
            let_in.append(1)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert let_in == [1]


def test_it_can_be_renewed():
    """What failed may be tried again."""
    once = Once()
    assert [once.take(), once.take()] == [True, False]
    once.renew()
    assert [once.take(), once.take()] == [True, False]
