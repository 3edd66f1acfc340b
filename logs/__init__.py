"""Logging: one chain of processors for our own loggers and the libraries'.

A log line holds ids of our own rows, names of kinds and numbers; never a learner's words, name or LINE id.
"""
