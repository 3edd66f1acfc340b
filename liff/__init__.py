"""The pages that LINE opens (LIFF), and the REST API they and others speak: one door, which only translates."""
