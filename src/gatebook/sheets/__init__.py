"""What a spreadsheet is, whoever draws it; pure, no I/O."""
