"""Last stage: result tables to reports, pictures and lift."""
