"""What calls cost: prices, the ledger, budgets, and the gate that holds them back."""
