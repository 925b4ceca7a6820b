"""`ct112 web` has a file for each page it may have."""

import resource

from ct112.web.process import FILES, MOST_CONNECTIONS, make_room


def test_there_is_a_file_for_each_connection() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, before[1]))
    try:
        make_room()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(FILES, before[1]), before[1])
        assert FILES > MOST_CONNECTIONS
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
