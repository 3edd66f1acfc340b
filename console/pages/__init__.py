"""The console's pages: HTML from our server, with small ES modules of our own and no build."""
