"""Google on the desk: Gemini, Speech, Text-to-Speech, Cloud Storage and IAM over HTTP, with no account and no network."""
