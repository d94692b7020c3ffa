" File type settings for .mlops sources.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=#\ %s
setlocal comments=:##,:#
setlocal formatoptions-=t formatoptions+=croql
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal iskeyword=@,48-57,_,-
setlocal formatprg=mlopsc\ fmt\ -
setlocal makeprg=mlopsc\ check\ --color\ never
setlocal errorformat=%Eerror[%*[^]]]:\ %m,%Wwarning[%*[^]]]:\ %m,%C%*\\s-->\ %f:%l:%c,%-G%.%#
let b:undo_ftplugin = 'setlocal commentstring< comments< formatoptions< expandtab< shiftwidth< softtabstop< iskeyword< formatprg<'
  \ . ' makeprg< errorformat<'
