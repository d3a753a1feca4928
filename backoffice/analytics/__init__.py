"""Publications: what analysts take away, and what the site reads while its database is down."""
