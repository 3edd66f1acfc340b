"""Pictures that we draw ourselves, by code and in one warm style; imports nothing of ours."""
