"""Paper: the inspection record as PDF with its number, its fonts and its proof, kept by hash once issued."""
