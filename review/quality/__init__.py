"""How well reviewing goes: second looks, agreement, and everybody's own pace."""
