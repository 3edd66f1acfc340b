"""What an operator's machines ask of a process: its metrics, and whether it still does its work.

Each process that serves answers for itself, on a port apart from the public one. What rows tell is told by the
reconciler's alone.
"""
