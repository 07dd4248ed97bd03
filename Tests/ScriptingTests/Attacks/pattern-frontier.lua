-- error: %f without a set
return ('a'):find('%f')
