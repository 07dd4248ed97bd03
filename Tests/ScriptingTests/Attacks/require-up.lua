-- error: require stays in the folder
return require '../../etc/passwd'
