"""Quality on labelled data: retrieval against labelled questions, the coach against a golden set of clips."""
