autocmd BufNewFile,BufRead *.mlops setfiletype mlops
