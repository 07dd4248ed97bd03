-- budget: a loop of goto
::again:: goto again
