"""What is done with points, a module a noun: movements, holds, debts, and reversals of what was earned or spent."""
