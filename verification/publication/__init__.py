"""What becomes public and how it is drawn. Hears incident.decided; leaves finding.published."""
