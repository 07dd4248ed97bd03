-- error: an error text that is no text
error('\xff\0\xfe')
