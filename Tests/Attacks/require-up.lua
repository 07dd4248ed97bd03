-- Attacks: require stays in the folder
-- Source: study of attacks
-- At top level: denied
-- As handler: denied
return require '../../etc/passwd'
