-- error: _ENV is the frozen table
rawset(_ENV, 'string', {})
