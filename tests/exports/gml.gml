# invented accounts
Creator "a program"
Version 1
comment "graph of accounts"
graph [
  directed 1
  node [
    id 1
    label "ann &quot;the&quot; first &#233;"
    followers 12
    graphics [ x 1.5 y 2.5 label "no label of the node" ]
  ]
  node [ id 2 label "bob
of two lines" followers 7 score 0.5 ]
  node [ id 3 label "lone" ]
  edge [ source 1 target 2 value 3 kind "retweet" weight 2 time 1714557600 ]
  edge [ source 2 target 1 kind "mention" time 1714557601 ]
  edge [ source 2 target 40 kind "reply" time 1714557602 ]
]
