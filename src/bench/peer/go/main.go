// The usual service in Go, to measure against, doing what images.mjs does: net/http, and rueidis, which keeps what it has read
// from Redis in the process until Redis says that it has changed (client-side caching).
//
//	go run . 8091 6399
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/redis/rueidis"
)

type wanted struct {
	Template string `json:"template"`
	Data     any    `json:"data"`
}

type image struct {
	Key string `json:"key"`
	URL string `json:"url"`
}

func main() {
	redis, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{"127.0.0.1:" + os.Args[2]}})
	if err != nil {
		log.Fatal(err)
	}
	handler := func(response http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err == nil {
			body, err = obtain(request.Context(), redis, body)
		}
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		response.Header().Set("Content-Type", "application/json")
		response.Write(body)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(handler)))
}

func obtain(ctx context.Context, redis rueidis.Client, body []byte) ([]byte, error) {
	var asked wanted
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, err
	}
	canonical, err := json.Marshal([]any{asked.Template, asked.Data})
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(canonical)
	key := hex.EncodeToString(digest[:])
	name := "go-peer:" + key
	url, err := redis.DoCache(ctx, redis.B().Get().Key(name).Cache(), time.Hour).ToString()
	if rueidis.IsRedisNil(err) {
		url = "https://cdn.example.com/" + key + ".png" // the provider's part is not what is measured here
		err = redis.Do(ctx, redis.B().Set().Key(name).Value(url).ExSeconds(86_400).Build()).Error()
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(image{key, url})
}
