"""What our doors on the web have in common: who may send, what browsers may do, files, transactions of a request."""
