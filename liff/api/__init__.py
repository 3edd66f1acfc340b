"""The REST API of the design document, under /api: JSON, problem details, an OpenAPI document that is complete."""
