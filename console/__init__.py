"""The coaches' console: pages for the people who watch over the threads, and what keeps everybody else out."""
