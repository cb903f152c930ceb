"""The OpenAPI document: how it is made from the doors, and what is asked of it."""
