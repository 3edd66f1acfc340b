"""Stand-ins for the vendors: LINE and Google over HTTP, with no account and no network."""
