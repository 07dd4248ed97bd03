-- error: no package.loaded
return package.loaded.os
