"""What is decided about claims without asking anybody: limits, oddities, who may decide what. Pure."""
