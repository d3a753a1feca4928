"""How well cards are read, and readers fitted on labelled and approved ones."""
