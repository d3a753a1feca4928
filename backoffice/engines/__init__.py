"""Django's back ends of databases, as far as a site needs them to give up sooner."""
