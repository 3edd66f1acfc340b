from tests.google_double import google, google_config, google_resources, google_settings, google_url

__all__ = ["google", "google_config", "google_resources", "google_settings", "google_url"]
