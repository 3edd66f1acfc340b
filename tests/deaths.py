"""The death of a process, where it is played within one."""


class Killed(BaseException):
    """Nothing of the process's own gets to do anything after that."""
