"""Pure arithmetic of invoices."""
