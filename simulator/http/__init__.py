"""What every double of a vendor is built on: its border, log, faults, time, server, and the desk that controls it."""
