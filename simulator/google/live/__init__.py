"""Gemini Live on the desk: its WebSockets over TLS, as google-genai 3.3.0 speaks them, on a port of their own.

The client replaces the scheme of any address by `wss`, so the listener makes its own certificate.
"""
