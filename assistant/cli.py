"""The `vesper` command: everything the window does, without one."""


def main() -> int:
    return 0
