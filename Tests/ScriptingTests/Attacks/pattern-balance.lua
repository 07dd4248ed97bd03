-- budget: %b is quadratic
return ('('):rep(3e5):gsub('%b()', '')
