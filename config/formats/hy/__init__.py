"""Armenian, as the Unicode CLDR writes it; Django has none of its own."""
