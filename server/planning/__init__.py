"""年度抽查工作计划: a year's lines made from the items, its batches, filing and approval."""
