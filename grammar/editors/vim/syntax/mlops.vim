" Syntax of .mlops sources: stacks, kinds and catalogs.
if exists('b:current_syntax')
  finish
endif
syntax case match
syntax iskeyword @,48-57,_,-

" Words that open a declaration or a statement, only where one can begin, and not when they are used as a name.
syntax match mlopsDeclaration /\%(^\|[;{]\)\s*\zs\%(stack\|use\|catalog\|param\|let\|secret\|component\|drift\|env\|check\|allow\|fn\|kind\|interface\|detector\|rule\)\>\%(\s*\%([=:.,}]\|?:\|$\)\)\@!/
syntax match mlopsStatement /\%(^\|[;{]\)\s*\zs\%(expose\|patch\|values\|alert\|drop\|gives\|needs\|collects\|offers\|claims\|port\|manifest\|release\|config\|runs\|exports\|risk\)\>\%(\s*\%([=:.,}]\|?:\|$\)\)\@!/
syntax match mlopsClause /\<\%(if\|then\|else\|for\|in\|on\|from\|because\|when\|warn\|error\)\>\%(\s*?\?[:=]\)\@!/
syntax match mlopsConstant /\<\%(true\|false\|none\|null\)\>\%(\s*?\?:\)\@!/

" Behind a colon that has a blank before it stands a type.
syntax match mlopsType /\%(\s:\s\+\[\?\)\@<=\%(bool\|int\|float\|string\|port\|version\|size\|cores\|duration\|rate\|host\|url\|image\|name\|any\|secret-key\|secret\)\>/

syntax match mlopsNumber /\<\d\%(\.\@<!\.\|[A-Za-z0-9]\|-[A-Za-z0-9]\)*\%(\/[smhd]\>\)\?/
syntax match mlopsOperator /||\|&&\|[=!<>]=\|[<>]\|\.\.\.\|\.\.\|?:\|=\|[+*%!]\|\s\@<=[-/]\s\@=/
syntax match mlopsField /\.\@<=[A-Za-z_][A-Za-z0-9_-]*/

syntax match mlopsEscape /\\\%(["\\ntr$]\|u{\x\{1,6}}\)/ contained
syntax region mlopsInterpolation matchgroup=mlopsDelimiter start=/\${/ end=/}/ contained
  \ contains=mlopsNumber,mlopsOperator,mlopsString,mlopsBlock,mlopsConstant,mlopsClause,mlopsField
syntax region mlopsString start=/"/ skip=/\\./ end=/"/ oneline contains=mlopsEscape,mlopsInterpolation
syntax region mlopsBlock start=/"""/ end=/"""/ contains=mlopsEscape,mlopsInterpolation

syntax match mlopsComment /#.*$/ contains=@Spell
syntax match mlopsDoc /##.*$/ contains=@Spell

highlight default link mlopsDeclaration Keyword
highlight default link mlopsStatement Statement
highlight default link mlopsClause Conditional
highlight default link mlopsConstant Constant
highlight default link mlopsType Type
highlight default link mlopsNumber Number
highlight default link mlopsOperator Operator
highlight default link mlopsField Identifier
highlight default link mlopsString String
highlight default link mlopsBlock String
highlight default link mlopsEscape SpecialChar
highlight default link mlopsDelimiter Delimiter
highlight default link mlopsComment Comment
highlight default link mlopsDoc SpecialComment

syntax sync minlines=200
let b:current_syntax = 'mlops'
