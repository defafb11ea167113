"""Google Sheets: spreadsheets in Drive behind the common protocol."""
