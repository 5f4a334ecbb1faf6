"""Review: a lead reads what was found, returns it with comments, takes in what came late, or signs it off."""
